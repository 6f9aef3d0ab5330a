import { fileSchema } from '../../code/file-schema.ts';
import type { World } from '../context.ts';

/** `milepost schema`: the JSON Schema of the file of a series, for editors. */
export function schemaCommand(world: World): void {
  world.out(`${JSON.stringify(fileSchema(), null, 2)}\n`);
}
