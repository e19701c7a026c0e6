import type { ComponentChildren } from 'preact';
import type { Explanation, JournalPage } from '../../journal';
import type { Names } from '../view-models/names';
import { guestText } from '../view-models/guest-story';
import { timeText } from '../view-models/words';
import { PageHead } from './parts';

const Region = ({ label, children }: { readonly label: string; readonly children: ComponentChildren }) => <div class="card table-responsive" tabIndex={0} role="region" aria-label={label}>{children}</div>;

const pagesOf: Readonly<Record<string, string>> = { plan: '/plans/', job: '/jobs/', request: '/requests/', guest: '/guests/' };

/** Names and pages instead of ids, where there are some. */
function Subject({ subject, names }: { readonly subject: string; readonly names: Names }) {
  const [kind = '', id = ''] = subject.split(':');
  const page = pagesOf[kind];
  return page === undefined || !/^[0-9a-f-]{36}$/.test(id) ? <>{names[subject] ?? subject}</> : <a href={`${page}${id}`}>{kind} {id.slice(0, 8)}</a>;
}

export const JournalListPage = ({ page, older, names }: { readonly page: JournalPage; readonly older: string | null; readonly names: Names }) => (
  <>
    <PageHead title="Journal" />
    <p class="quiet">Each line names the hash of the one before it; <code>sluice journal verify</code> checks the chain. Newest line: {page.head.seq}, <code>{page.head.hash.slice(0, 8)}</code>.</p>
    <p>{older === null ? null : <a href={older}>Older lines</a>} {page.next === null ? null : <a href={`/journal?after=${page.next}`}>Newer lines</a>}</p>
    <Region label="Journal">
      <table class="table card-table">
        <thead><tr><th scope="col">Line</th><th scope="col">Time</th><th scope="col">What</th><th scope="col">Of</th><th scope="col">By</th><th scope="col">Hash</th></tr></thead>
        <tbody>{[...page.entries].reverse().map((entry) => <tr key={entry.seq}><td>{entry.seq}</td><td class="nowrap">{timeText(entry.at)}</td><th scope="row">{entry.kind}</th><td class="break"><Subject subject={entry.subject} names={names} /></td><td class="break">{names[entry.actor] ?? entry.actor}</td><td><code>{entry.hash.slice(0, 8)}</code></td></tr>)}</tbody>
      </table>
    </Region>
  </>
);

export const GuestStoryPage = ({ explanation, id }: { readonly explanation: Explanation; readonly id: string }) => (
  <>
    <PageHead title="Story of a guest" />
    <p class="quiet">{guestText(explanation, id)}</p>
    <Region label="Story of the guest">
      <table class="table card-table">
        <thead><tr><th scope="col">Time</th><th scope="col">What</th><th scope="col">In words</th></tr></thead>
        <tbody>{explanation.story.map((line, index) => <tr key={index}><td class="nowrap">{timeText(line.at)}</td><th scope="row">{line.chapter}</th><td class="break">{line.sentence}</td></tr>)}</tbody>
      </table>
    </Region>
  </>
);
