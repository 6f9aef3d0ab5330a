export function SuppressionsPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Suppressions</h1>
    </main>
  );
}
