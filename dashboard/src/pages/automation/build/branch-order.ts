import type { Graph } from '@dagrejs/dagre';

/** Of the layout library: puts the nodes of each rank in an order. */
type Order = (graph: Graph, options?: { readonly disableOptimalOrderHeuristic?: boolean }) => void;

/**
 * Keeps branches in the order of their ways: what the library finds is taken only where it has fewer
 * crossings. By itself it is content with any order that has as few.
 */
export function inWayOrder(graph: Graph, order: Order): void {
  order(graph, { disableOptimalOrderHeuristic: true });
  const own = ordersOf(graph);
  const crossings = crossingCount(graph);
  if (crossings === 0) return;
  order(graph);
  if (crossingCount(graph) < crossings) return;
  for (const [id, at] of own) Object.assign(graph.node(id), { order: at });
}

const ordersOf = (graph: Graph): Map<string, number> =>
  new Map(graph.nodes().map((id) => [id, (graph.node(id) as { order: number }).order]));

/** How many pairs of edges between the same two ranks cross. */
function crossingCount(graph: Graph): number {
  const byRank = new Map<number, [number, number][]>();
  for (const { v, w } of graph.edges()) {
    const [from, to] = [graph.node(v), graph.node(w)] as { rank: number; order: number }[];
    if (from === undefined || to === undefined) continue;
    const known = byRank.get(from.rank) ?? [];
    known.push([from.order, to.order]);
    byRank.set(from.rank, known);
  }
  let count = 0;
  for (const edges of byRank.values()) {
    for (const [index, [from, to]] of edges.entries()) {
      for (const [otherFrom, otherTo] of edges.slice(index + 1)) {
        if ((from - otherFrom) * (to - otherTo) < 0) count += 1;
      }
    }
  }
  return count;
}
