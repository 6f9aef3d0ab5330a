export function BroadcastPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Broadcast</h1>
    </main>
  );
}
