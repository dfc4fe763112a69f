export function Door() {
  return <main className="door" />;
}
