export function CompaniesPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Companies</h1>
    </main>
  );
}
