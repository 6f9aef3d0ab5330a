export function SettingsPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Settings</h1>
    </main>
  );
}
