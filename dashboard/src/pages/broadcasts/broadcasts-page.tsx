export function BroadcastsPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Broadcasts</h1>
    </main>
  );
}
