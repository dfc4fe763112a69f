import { Page } from '~/app/Page';

export function TrailPage() {
  return <Page title="Trail">{null}</Page>;
}
