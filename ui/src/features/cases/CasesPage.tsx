import { Page } from '~/app/Page';

export function CasesPage() {
  return <Page title="Cases">{null}</Page>;
}
