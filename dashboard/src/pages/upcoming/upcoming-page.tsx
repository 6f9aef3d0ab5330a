export function UpcomingPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Upcoming</h1>
    </main>
  );
}
