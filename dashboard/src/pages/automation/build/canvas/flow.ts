import { useMemo, useState } from 'react';
import type { Step } from '../../draft/step.ts';
import type { Ids } from '../../draft/edit-several.ts';
import type { Card } from '../cards.ts';
import { type Box, boxOf, type Layout, layoutOf, type Line, START } from '../graph-layout.ts';
import { createKeeper } from '../keeper.ts';
import { branchLabelOf } from '../step-types.ts';
import type { PlaceEdgeType } from './edges.tsx';
import type { BuilderNode } from './nodes.tsx';

/** Of a card on the canvas, with and without the row of counts. */
const HEIGHT = 54;
const COUNTED_HEIGHT = 82;

/** The layout, worked out anew only when steps or ways change. */
export function useLayout(steps: readonly Step[], hasCounts: boolean): Layout {
  const shape = JSON.stringify(steps.map(shapeOf));
  // `shape` says all of the steps that the layout depends on.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  return useMemo(() => layoutOf(steps, hasCounts ? COUNTED_HEIGHT : HEIGHT), [shape, hasCounts]);
}

const shapeOf = ({ id, type, next, yes, no, on_timeout: late, branches }: Step): unknown => [
  id,
  type,
  next,
  yes,
  no,
  late,
  Array.isArray(branches) ? branches.map((branch: { next?: unknown }) => branch.next) : 0,
];

export interface FlowInput {
  readonly layout: Layout;
  readonly cards: readonly Card[];
  readonly startWords: string;
  readonly hasCounts: boolean;
  readonly selected: string | null;
  readonly chosen: Ids;
  readonly moving: string | null;
  readonly mayEdit: boolean;
}

const isEqual = (one: object, other: object): boolean => {
  const [a, b] = [one, other] as Readonly<Record<string, unknown>>[];
  return a !== undefined && b !== undefined && Object.keys(a).every((key) => a[key] === b[key]);
};

/** Nodes for the canvas; one that did not change is the same object, and is not drawn again. */
export function useNodes(input: FlowInput): BuilderNode[] {
  const [keep] = useState(() => createKeeper({ keyOf: idOf, isSame: isSameNode }));
  const { layout, cards, startWords, hasCounts, selected, chosen, moving, mayEdit } = input;
  return useMemo(() => {
    const byBox = new Map(cards.map((card) => [boxOf(card.step.id), card]));
    const current = selected !== null && layout.boxes.has(selected) ? selected : START;
    const nodes = [...layout.boxes].flatMap(([id, box]): BuilderNode[] => {
      const focus = { isCurrent: id === current, isSelected: id === selected };
      const card = byBox.get(id);
      if (id === START) {
        return [{ ...nodeOf(id, box), type: 'start', data: { words: startWords, ...focus } }];
      }
      if (card !== undefined) {
        const { id: stepId } = card.step;
        const isSelected = chosen.size > 0 ? chosen.has(stepId) : focus.isSelected;
        const data = { card, hasCounts, isMoving: moving === stepId, ...focus, isSelected };
        return [{ ...nodeOf(id, box), type: 'step', data, draggable: mayEdit }];
      }
      return id.startsWith('end:') ? [{ ...nodeOf(id, box), type: 'end', data: {} }] : [];
    });
    return keep(nodes);
  }, [keep, layout, cards, startWords, hasCounts, selected, chosen, moving, mayEdit]);
}

const idOf = ({ id }: { readonly id: string }): string => id;

const isSameNode = (known: BuilderNode, node: BuilderNode): boolean =>
  known.draggable === node.draggable &&
  known.height === node.height &&
  isEqual(known.position, node.position) &&
  isEqual(known.data, node.data);

const isSameEdge = (known: PlaceEdgeType, edge: PlaceEdgeType): boolean =>
  known.data !== undefined && edge.data !== undefined && isEqual(known.data, edge.data);

const nodeOf = (id: string, { x, y, width, height }: Box) => ({
  id,
  position: { x, y },
  width,
  height,
  draggable: false,
  selectable: false,
  focusable: false,
  style: PRESSABLE,
});

/** The library lets nodes be pressed only where they can be dragged or selected. */
const PRESSABLE = { pointerEvents: 'all' } as const;

interface EdgesInput {
  readonly layout: Layout;
  readonly cards: readonly Card[];
  readonly mayEdit: boolean;
}

export function useEdges({ layout, cards, mayEdit }: EdgesInput): PlaceEdgeType[] {
  const [keep] = useState(() => createKeeper({ keyOf: idOf, isSame: isSameEdge }));
  return useMemo(() => {
    const byId = new Map(cards.map((card) => [card.step.id, card]));
    const edges = layout.lines.map((line): PlaceEdgeType => {
      const from = byId.get(line.place.from ?? '');
      const label = from === undefined ? null : branchLabelOf(from.step, line.place.path);
      const plusLabel = plusLabelOf(line, from, label);
      const data = { line, label, plusLabel, mayEdit };
      const { key: id, source, target } = line;
      return { id, source, target, type: 'place', data, focusable: false, selectable: false };
    });
    return keep(edges);
  }, [keep, layout, cards, mayEdit]);
}

function plusLabelOf(line: Line, from: Card | undefined, label: string | null): string {
  if (line.place.from === null || from === undefined) return 'Add a step at the start';
  return `Add a step after step ${from.number}${label === null ? '' : `, ${label}`}`;
}
