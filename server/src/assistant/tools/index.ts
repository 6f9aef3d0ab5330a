import type { Tool } from '../tool.ts';
import { BROADCAST_TOOLS } from './broadcasts.ts';
import { eraseUser } from './erase.ts';
import { INSIGHT_TOOLS } from './insight.ts';
import { PEOPLE_TOOLS } from './people.ts';
import { SERIES_MOVES } from './series-moves.ts';
import { SERIES_TOOLS } from './series.ts';

/** Everything that an assistant may do. docs/assistants.md lists it; a test compares the two. */
export const TOOLS: readonly Tool[] = [
  ...SERIES_TOOLS,
  ...SERIES_MOVES,
  ...BROADCAST_TOOLS,
  ...PEOPLE_TOOLS,
  ...INSIGHT_TOOLS,
  eraseUser,
];
