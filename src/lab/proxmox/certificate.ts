// One self-signed certificate for all nodes, made once per cluster: a change of it would read as "another cluster" (P13).
import { generate } from 'selfsigned';

export async function makeCertificate(clusterName: string): Promise<{ readonly cert: string; readonly key: string }> {
  const made = await generate([{ name: 'commonName', value: `${clusterName} (simulated)` }], {
    keyType: 'ec', algorithm: 'sha256', notAfterDate: new Date(Date.now() + 10 * 365 * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true }, { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true }, { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }, { type: 7, ip: '127.0.0.1' }] },
    ],
  });
  return { cert: made.cert, key: made.private };
}
