import { Page } from '~/app/Page';

export function WorkPage() {
  return <Page title="Work">{null}</Page>;
}
