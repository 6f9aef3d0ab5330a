export function PeoplePage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">People</h1>
    </main>
  );
}
