export function SetupPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Setup</h1>
    </main>
  );
}
