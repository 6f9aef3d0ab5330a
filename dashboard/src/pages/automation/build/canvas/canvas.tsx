import '@xyflow/react/dist/base.css';
import {
  applyNodeChanges,
  Background,
  type OnNodeDrag,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { type DragEvent, useEffect, useRef, useState } from 'react';
import { useLatest } from '../../draft/use-latest.ts';
import { useDraft } from '../../draft/use-draft.ts';
import { useBuilderActions, type BuilderState } from '../builder.ts';
import type { Card } from '../cards.ts';
import { type Layout, nearestLine, START } from '../graph-layout.ts';
import { focusBox } from '../focus-box.ts';
import { CanvasControls } from './canvas-controls.tsx';
import { dropTarget } from './drop-target.ts';
import { EDGE_TYPES, type PlaceEdgeType } from './edges.tsx';
import { useEdges, useLayout, useNodes } from './flow.ts';
import { type BuilderNode, NODE_TYPES } from './nodes.tsx';
import { DRAGGED_TYPE } from '../palette.tsx';
import { Overview, OVERVIEW_FROM } from './overview.tsx';
import { useCanvasKeys } from './use-canvas-keys.ts';
import { useMarquee } from './use-marquee.ts';

interface CanvasProps {
  readonly cards: readonly Card[];
  readonly state: BuilderState;
  readonly onShowKeys: () => void;
}

/** The series as a graph, from top to bottom. */
export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

/** In the picture's pixels: how near to a `+` a step must be let go. */
const REACH = 110;
/** The smallest shows two hundred steps in a line. */
const ZOOM = { min: 0.03, max: 1.5 };

function Flow({ cards, state, onShowKeys }: CanvasProps) {
  const { series, steps, outline, mayEdit } = useDraft();
  const { selected, chosen, moving } = state;
  const hasCounts = series.version !== null;
  const layout = useLayout(steps, hasCounts);
  const startWords = outline?.words.entry ?? 'how people enter';
  const shown = { layout, cards, startWords, hasCounts, selected, chosen, moving, mayEdit };
  const built = useNodes(shown);
  const edges = useEdges({ layout, cards, mayEdit });
  const frame = useRef<HTMLElement>(null);
  const { nodes, setNodes } = useFlowNodes(built);
  const dragging = useDragging(layout, () => setNodes([...built]));
  const dropping = useDropping(layout);
  const onKeyDown = useCanvasKeys({ layout, onShowKeys });
  const { rectangle, onMouseDownCapture } = useMarquee(frame, layout);
  useStartView(frame, layout);
  useFollowing(frame, layout, selected);
  useKeptFocus(frame, layout, selected);

  return (
    <section
      ref={frame}
      aria-label="Canvas"
      aria-describedby="canvas-keys"
      className="relative size-full min-h-0"
      {...{ onKeyDown, onMouseDownCapture, ...dropping }}
    >
      <p id="canvas-keys" className="sr-only">
        Arrow keys walk the graph, with Shift they choose several steps; Enter opens a step, A adds
        one after it, Delete removes it, a question mark lists all keys.
      </p>
      <ReactFlow<BuilderNode, PlaceEdgeType>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={(changes) => setNodes((all) => applyNodeChanges(changes, all))}
        {...dragging}
        minZoom={ZOOM.min}
        maxZoom={ZOOM.max}
        panOnScroll
        zoomOnDoubleClick={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        nodeDragThreshold={4}
        proOptions={PRO}
      >
        <Background gap={24} size={1} color="var(--line)" />
        <CanvasControls />
        {steps.length >= OVERVIEW_FROM && <Overview />}
      </ReactFlow>
      {rectangle !== null && (
        <span
          aria-hidden
          className="pointer-events-none absolute top-0 left-0 border border-accent bg-accent/10"
          style={{
            width: rectangle.width,
            height: rectangle.height,
            transform: `translate(${rectangle.x}px, ${rectangle.y}px)`,
          }}
        />
      )}
    </section>
  );
}

const PRO = { hideAttribution: true };

/** The nodes as they are drawn: those that were built, but for the one that is being dragged. */
function useFlowNodes(built: BuilderNode[]) {
  const [nodes, setNodes] = useState(built);
  const [shown, setShown] = useState(built);
  if (shown !== built) {
    setShown(built);
    setNodes(built);
  }
  return { nodes: shown === built ? nodes : built, setNodes };
}

/** Dragging a step: it goes where it is let go near a `+`, else back to its place. */
function useDragging(layout: Layout, putBack: () => void) {
  const actions = useBuilderActions();
  const lineAt = (node: BuilderNode) => {
    const { x, y } = node.position;
    const centre = { x: x + (node.width ?? 0) / 2, y: y + (node.height ?? 0) / 2 };
    // Where it is already is no other place.
    const others = layout.lines.filter(({ source, target }) => ![source, target].includes(node.id));
    return nearestLine(others, centre, REACH);
  };
  const onNodeDrag: OnNodeDrag<BuilderNode> = (_, node) =>
    dropTarget.set(lineAt(node)?.key ?? null);
  const onNodeDragStop: OnNodeDrag<BuilderNode> = (_, node) => {
    const line = lineAt(node);
    dropTarget.set(null);
    putBack();
    if (line !== null && node.type === 'step') actions.move(node.data.card.step.id, line.place);
  };
  return { onNodeDrag, onNodeDragStop };
}

/** Dragging a type of step in from the palette. */
function useDropping(layout: Layout) {
  const actions = useBuilderActions();
  const { screenToFlowPosition } = useReactFlow();
  const lineAt = ({ clientX: x, clientY: y }: DragEvent) =>
    nearestLine(layout.lines, screenToFlowPosition({ x, y }), REACH);
  const isOurs = ({ dataTransfer }: DragEvent): boolean =>
    dataTransfer.types.includes(DRAGGED_TYPE);
  return {
    onDragOver: (event: DragEvent) => {
      if (!isOurs(event)) return;
      const line = lineAt(event);
      dropTarget.set(line?.key ?? null);
      if (line !== null) event.preventDefault();
    },
    onDragLeave: (event: DragEvent) => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) dropTarget.set(null);
    },
    onDrop: (event: DragEvent) => {
      if (!isOurs(event)) return;
      event.preventDefault();
      const line = lineAt(event);
      dropTarget.set(null);
      if (line !== null) actions.insert(line.place, event.dataTransfer.getData(DRAGGED_TYPE));
    },
  };
}

/** Room over the start, and under what the view is moved to. */
const MARGIN = 32;

/** The start stands at the top, in the middle; a broad series is drawn smaller, down to a half. */
function useStartView(frame: React.RefObject<HTMLElement | null>, { boxes }: Layout): void {
  const { setViewport } = useReactFlow();
  const isPlaced = useRef(false);
  useEffect(() => {
    const start = boxes.get(START);
    const width = frame.current?.clientWidth ?? 0;
    if (isPlaced.current || start === undefined || width === 0) return;
    isPlaced.current = true;
    const all = [...boxes.values()];
    const right = Math.max(...all.map((box) => box.x + box.width));
    const broad = right - Math.min(...all.map(({ x }) => x)) + 2 * MARGIN;
    const zoom = Math.min(1, Math.max(0.5, width / broad));
    const middle = start.x + start.width / 2;
    void setViewport({ x: width / 2 - middle * zoom, y: MARGIN - start.y * zoom, zoom });
  }, [boxes, frame, setViewport]);
}

/** Brings a box into view when it is selected, and focuses it when the focus is on the canvas. */
function useFollowing(
  frame: React.RefObject<HTMLElement | null>,
  { boxes }: Layout,
  selected: string | null,
): void {
  const flow = useReactFlow();
  const latest = useLatest(boxes);
  useEffect(() => {
    const box = selected === null ? undefined : latest.current.get(selected);
    const room = frame.current?.getBoundingClientRect();
    if (box === undefined || selected === null || room === undefined) return;
    const { x, y, zoom } = flow.getViewport();
    const left = box.x * zoom + x;
    const top = box.y * zoom + y;
    const aside = sideways(left, box.width * zoom, room.width);
    const down = sideways(top, box.height * zoom, room.height);
    if (aside !== 0 || down !== 0) void flow.setViewport({ x: x + aside, y: y + down, zoom });
    // The focus follows, unless it is in the inspector or in a field.
    const { activeElement } = document;
    if (activeElement === document.body || frame.current?.contains(activeElement) === true) {
      focusBox(selected);
    }
  }, [selected, flow, frame, latest]);
}

/** Steps that change places lose the focus, as those do that are gone: it goes to the selected one. */
function useKeptFocus(
  frame: React.RefObject<HTMLElement | null>,
  layout: Layout,
  selected: string | null,
): void {
  const hadFocus = useRef(false);
  useEffect(() => {
    const onFocus = ({ target }: FocusEvent): void => {
      hadFocus.current = target instanceof Node && frame.current?.contains(target) === true;
    };
    document.addEventListener('focusin', onFocus);
    return () => document.removeEventListener('focusin', onFocus);
  }, [frame]);
  useEffect(() => {
    if (!hadFocus.current || selected === null) return;
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) focusBox(selected);
    });
    // Anew with every layout: that is when steps change places.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [layout, selected]);
}

/** How far a stretch must move to lie within a room, with a margin. */
function sideways(from: number, length: number, room: number): number {
  if (from < MARGIN) return MARGIN - from;
  const over = from + length + MARGIN - room;
  return over > 0 ? -over : 0;
}
