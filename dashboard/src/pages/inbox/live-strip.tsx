/** In the place of the clock: a live side has none. */
export function LiveStrip() {
  return (
    <p className="border-b border-accent bg-accent-wash px-3 py-2 wide:px-5">
      <strong className="font-semibold">Live side.</strong> Mail leaves for real people, in real
      time.
    </p>
  );
}
