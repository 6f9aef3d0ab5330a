export function ListPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">List</h1>
    </main>
  );
}
