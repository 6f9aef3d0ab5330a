export function AutomationPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Automation</h1>
    </main>
  );
}
