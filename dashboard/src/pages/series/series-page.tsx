export function SeriesPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Series</h1>
    </main>
  );
}
