export function ListsPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Lists</h1>
    </main>
  );
}
