export function CompanyPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Company</h1>
    </main>
  );
}
