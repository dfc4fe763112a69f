// preview.html?screen=NAME&theme=dark shows one screen; without a name, the list of all. With &axe it is examined.
import './freeze';
import { createMemoryHistory } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { App } from '~/app/App';
import { systemClock } from '~/app/clock';
import { createQueries } from '~/app/queries';
import '~/styles/index.css';
import { FakePlatform } from './fake-platform';
import { NOW } from './fixtures';
import { screens } from './preview-screens';

const asked = new URLSearchParams(location.search);
document.documentElement.dataset.theme = asked.get('theme') ?? 'light';
document.addEventListener('securitypolicyviolation', (e) => {
  document.title = `BLOCKED ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile ?? ''}`;
  console.error(document.title);
});

/** Waits for what a step needs, then does it: a chord such as `mod+k`, or the name of a button, or `type label=text`. */
async function step(what: string): Promise<void> {
  for (let i = 0; i < 100; i += 1) {
    if (act(what)) return;
    await new Promise((r) => setTimeout(r, 30));
  }
  console.error(`no ${what}`);
}

function act(what: string): boolean {
  if (what.startsWith('key ')) {
    const [key = '', ...mods] = what.slice(4).split('+').reverse();
    document.dispatchEvent(
      new KeyboardEvent('keydown', {
        key,
        ctrlKey: mods.includes('mod'),
        shiftKey: mods.includes('shift'),
        bubbles: true,
      }),
    );
    return true;
  }
  if (what.startsWith('type ')) {
    const [label = '', ...text] = what.slice(5).split('=');
    return type(label, text.join('='));
  }
  // What floats is all that can be pressed.
  const within = document.querySelector('dialog[open]') ?? document;
  const all = [...within.querySelectorAll<HTMLElement>('button, a, label, [role=radio], [role=menuitem]')];
  const found = all.find((b) => (b.getAttribute('aria-label') ?? b.textContent ?? '').trim().startsWith(what));
  if (found?.getAttribute('aria-haspopup') === 'menu')
    found.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  else found?.click();
  return found !== undefined;
}

/** Types into the field with a label that starts so, in a way that React hears. */
function type(label: string, text: string): boolean {
  const found = [...document.querySelectorAll('label')].find((l) => (l.textContent ?? '').trim().startsWith(label));
  const field = found?.control;
  if (!(field instanceof HTMLTextAreaElement) && !(field instanceof HTMLInputElement)) return false;
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')?.set?.call(field, text);
  field.dispatchEvent(new Event('input', { bubbles: true }));
  return true;
}

/** What axe finds, colours included, on the page as it is drawn. */
async function examine(name: string): Promise<void> {
  await new Promise((r) => setTimeout(r, 400));
  const { default: axe } = await import('axe-core');
  const { violations } = await axe.run(document, { rules: { region: { enabled: false } } });
  for (const v of violations)
    for (const node of v.nodes.slice(0, 4))
      console.error(`AXE ${name} ${v.id} ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`);
  console.error(`AXE ${name} done ${violations.length}`);
}

function show(name: string): void {
  const screen = screens[name];
  const root = document.getElementById('root');
  if (!root) return;
  if (!screen) {
    root.append(
      ...Object.keys(screens).map((s) => {
        const link = document.createElement('a');
        link.href = `?screen=${s}`;
        link.textContent = s;
        link.className = 'blk pad-s';
        return link;
      }),
    );
    document.body.className = 'preview-list';
    return;
  }
  const opened = Date.now();
  const real = Date.now.bind(Date);
  Date.now = () => NOW + real() - opened;
  const clock = { now: () => NOW, everySecond: () => () => undefined, later: systemClock.later };
  const history = createMemoryHistory({ initialEntries: [screen.path] });
  const platform = new FakePlatform(screen.state, screen.answers);
  createRoot(root).render(<App platform={platform} history={history} queries={createQueries()} clock={clock} />);
  void (async () => {
    for (const what of screen.steps ?? []) {
      await new Promise((r) => setTimeout(r, 150));
      await step(what);
    }
    if (screen.then) screen.then(platform);
    if (asked.has('axe')) await examine(name);
  })();
}

show(asked.get('screen') ?? '');
