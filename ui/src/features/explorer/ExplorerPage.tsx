import { Page } from '~/app/Page';

export function ExplorerPage() {
  return <Page title="Explorer">{null}</Page>;
}
