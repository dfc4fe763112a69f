import { Page } from '~/app/Page';

export function SignPage() {
  return <Page title="Sign">{null}</Page>;
}
