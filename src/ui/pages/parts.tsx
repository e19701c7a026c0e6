// The small pieces that all pages share: a state, a refusal, a line of a card, a list with links.
import type { ComponentChildren } from 'preact';
import type { Refusal } from '../../kernel';
import { markWords, type Card, type CardLine, type CardSection, type Difference } from '../view-models/card';
import type { List } from '../view-models/lists';
import { plainTimes, timeText, type Tone } from '../view-models/words';

export const State = ({ word, tone }: { readonly word: string; readonly tone: Tone }) => <span class={`state state-${tone}`}>{word}</span>;

export const PageHead = ({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) => (
  <div class="page-head"><h1>{title}</h1>{children}</div>
);

/** What is refused, because of what was seen, what can be done next. */
export const RefusalBox = ({ refusal, heading }: { readonly refusal: Pick<Refusal, 'summary' | 'observed' | 'next'> & { readonly code?: string }; readonly heading?: string }) => (
  <div class="card box box-danger" role="alert">
    <div class="card-body">
      <h2>{heading ?? refusal.summary}</h2>
      {heading === undefined ? null : <p>{refusal.summary}</p>}
      <p><strong>Observed:</strong> {plainTimes(refusal.observed)}</p>
      <p><strong>Next:</strong> {plainTimes(refusal.next)}</p>
      {refusal.code === undefined ? null : <p class="quiet">{refusal.code}</p>}
    </div>
  </div>
);

export function Line({ line }: { readonly line: CardLine }) {
  const mark = line.mark === undefined ? null : markWords[line.mark];
  return (
    <li class={`line ${line.mark === undefined ? '' : `line-${line.mark}`}`}>
      {mark === null ? null : <span class="verdict"><span aria-hidden="true">{mark.symbol}</span> {mark.word}</span>}
      <div class="line-body">
        <span>{line.text}</span>
        {line.checkedAt === undefined ? null : <> · <span data-checked>checked just now</span> <time class="quiet" dateTime={line.checkedAt}>({timeText(line.checkedAt)})</time></>}
        {line.more === undefined || line.more === '' ? null : <div class="quiet">{line.more}</div>}
        {line.values === undefined ? null : (
          <table class="values">
            <thead><tr><th scope="col">property</th><th scope="col">before</th><th scope="col">after</th></tr></thead>
            <tbody>{line.values.map((value) => <tr key={value.label}><th scope="row">{value.label}</th><td>{value.before}</td><td><span class="arrow" aria-hidden="true">→ </span>{value.after}</td></tr>)}</tbody>
          </table>
        )}
      </div>
    </li>
  );
}

function Section({ section }: { readonly section: CardSection }) {
  return (
    <section class={`section ${section.tone === undefined ? '' : `section-${section.tone}`}`} data-section={section.key}>
      <h2>{section.heading}</h2>
      <div>
        {section.lines.length === 0 ? null : <ul class="lines">{section.lines.map((line, index) => <Line key={index} line={line} />)}</ul>}
        {section.folded === undefined ? null : <details><summary>{section.folded.summary}</summary><ul class="lines">{section.folded.lines.map((line, index) => <Line key={index} line={line} />)}</ul></details>}
      </div>
    </section>
  );
}

/** The card as a page shows it; `children` are its controls, which stand below everything that has to be read first. */
export const CardView = ({ card, danger, children }: { readonly card: Card; readonly danger: boolean; readonly children?: ComponentChildren }) => (
  <article class={`card decision ${danger ? 'decision-danger' : ''}`}>
    <div class="decision-banner"><strong>{card.banner}</strong><span>{card.reference} · <State {...card.state} /></span></div>
    <div class="card-body">
      <h1 class="thing">{card.title}</h1>
      {card.sections.map((section) => <Section key={section.key} section={section} />)}
      {children}
    </div>
    <div class="decision-foot">digest <code>{card.digest}</code></div>
  </article>
);

export const DifferenceBox = ({ difference }: { readonly difference: Difference }) => (
  <div class="card box box-warning">
    <div class="card-body">
      <h2>What is different now</h2>
      {difference.was.length + difference.is.length === 0 ? <p>Nothing that is shown on the card: only time has passed. Read it again before you decide.</p> : (
        <dl class="difference">
          {difference.was.length === 0 ? null : <><dt>was</dt>{difference.was.map((line, index) => <dd key={index}><del>{line}</del></dd>)}</>}
          {difference.is.length === 0 ? null : <><dt>is</dt>{difference.is.map((line, index) => <dd key={index}><ins>{line}</ins></dd>)}</>}
        </dl>
      )}
    </div>
  </div>
);

export const ListView = ({ list, label }: { readonly list: List; readonly label: string }) => (list.rows.length === 0 ? <p class="empty-list">{list.empty}</p> : (
  <div class="card table-responsive" tabIndex={0} role="region" aria-label={label}>
    <table class="table table-vcenter card-table">
      <thead><tr>{list.columns.map((column) => <th key={column} scope="col">{column}</th>)}<th scope="col">State</th></tr></thead>
      <tbody>{list.rows.map((row) => <tr key={row.href}><th scope="row"><a href={row.href}>{row.title}</a></th>{row.cells.map((cell, index) => <td key={index}>{cell}</td>)}<td><State {...row.state} /></td></tr>)}</tbody>
    </table>
  </div>
));
