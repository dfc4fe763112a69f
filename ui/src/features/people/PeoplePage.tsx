import { Page } from '~/app/Page';

export function PeoplePage() {
  return <Page title="People">{null}</Page>;
}
