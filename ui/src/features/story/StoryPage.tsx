import { Page } from '~/app/Page';

export function StoryPage() {
  return <Page title="Story">{null}</Page>;
}
