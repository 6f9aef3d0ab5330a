interface KeeperOptions<Item> {
  readonly keyOf: (item: Item) => string;
  /** Whether an item says the same as the one of its key before. */
  readonly isSame: (known: Item, item: Item) => boolean;
}

/**
 * Gives back items with those that did not change as the very objects that they were before: what is
 * drawn from them is not drawn again.
 */
export function createKeeper<Item>({ keyOf, isSame }: KeeperOptions<Item>) {
  let before = new Map<string, Item>();
  return (items: readonly Item[]): Item[] => {
    const kept = items.map((item) => {
      const known = before.get(keyOf(item));
      return known !== undefined && isSame(known, item) ? known : item;
    });
    before = new Map(kept.map((item) => [keyOf(item), item]));
    return kept;
  };
}
