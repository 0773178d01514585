import { troubleOf } from './load.js';
import { hello, query } from './state.js';

/** Ends whatever the demo CRM was told to do wrong; `said` is told what came of it. Nothing where no demo CRM runs. */
export function Mend({ said }: { readonly said: (text: string) => void }) {
  if (!hello.value?.crm) return null;
  const mend = (): void => {
    query('/api/crm', { what: 'mend' }).then(
      () => said('mended: the CRM takes everything again'),
      (error: unknown) => said(troubleOf(error)),
    );
  };
  return (
    <button type="button" title="ends all trouble of the demo CRM" onClick={mend}>
      Mend it
    </button>
  );
}
