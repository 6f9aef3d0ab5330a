export function ReportsPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Reports</h1>
    </main>
  );
}
