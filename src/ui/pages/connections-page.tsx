import { plainTimes, timeText, toneOf } from '../view-models/words';
import { PageHead, State } from './parts';

export interface ConnectionRow {
  readonly name: string;
  readonly state: string;
  readonly seen: { readonly name: string; readonly nodes: readonly string[] } | null;
  readonly rights: readonly { readonly token: string; readonly verdict: string; readonly observed: string | null; readonly checkedAt: string }[];
}

export const ConnectionsPage = ({ connections }: { readonly connections: readonly ConnectionRow[] }) => (
  <>
    <PageHead title="Connections" />
    {connections.length === 0 ? <p class="empty-list">No cluster is configured.</p> : connections.map((cluster) => (
      <section key={cluster.name} class="card cluster">
        <div class="card-body">
          <h2>Cluster {cluster.name} <State word={cluster.state} tone={toneOf(cluster.state)} /></h2>
          <p>{cluster.seen === null ? 'It could not be looked at yet.' : `Seen as ${cluster.seen.name}, nodes ${cluster.seen.nodes.join(', ')}.`}{cluster.state === 'changed' ? ' This is not what was confirmed: nothing is sent there until an administrator confirms it (POST /api/connections/NAME/confirm).' : ''}</p>
          {cluster.rights.length === 0 ? <p class="quiet">The rights of its tokens were not checked yet.</p> : (
            <table class="table card-table">
              <thead><tr><th scope="col">Token</th><th scope="col">Rights</th><th scope="col">Observed</th><th scope="col">Checked</th></tr></thead>
              <tbody>{cluster.rights.map((row) => <tr key={row.token}><th scope="row">{row.token}</th><td><State word={row.verdict} tone={toneOf(row.verdict)} /></td><td>{plainTimes(row.observed ?? '')}</td><td>{timeText(row.checkedAt)}</td></tr>)}</tbody>
            </table>
          )}
        </div>
      </section>
    ))}
  </>
);
