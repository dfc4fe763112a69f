import { Page } from '~/app/Page';

export function NewRequestPage() {
  return <Page title="New">{null}</Page>;
}
