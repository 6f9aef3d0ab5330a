export function HomePage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Home</h1>
    </main>
  );
}
