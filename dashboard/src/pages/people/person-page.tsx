export function PersonPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Person</h1>
    </main>
  );
}
