import { Page } from '~/app/Page';

export function RequestPage() {
  return <Page title="Request">{null}</Page>;
}
