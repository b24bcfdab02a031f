export function PageTitle({ children }: { children: string }) {
  return <title>{`${children} · Relportal`}</title>;
}
