import type { LogEntry } from './oracle.js';
import { FIRST_NAMES, LAST_NAMES } from './people.js';

/** A batch file of the demo: very important persons as Adobe would write them, and the same as messages for the oracle. */
export interface DemoFile {
  /** Path in its container. */
  readonly name: string;
  readonly text: string;
  /** What each row says, in order. */
  readonly entries: readonly LogEntry[];
}

const ROWS = 60;
const COLUMNS = ['CRM id', 'person_name_firstName', 'person_name_lastName', 'E-mail', 'status', 'changed'];

interface Guest {
  readonly crmid: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly status: string;
  readonly changed: string;
}

/** One of them has no key, one a status that nobody knows; the others come and go. None of them is in the streams. */
function guest(index: number, at: number): Guest {
  const status = index === 13 ? 'undecided' : index % 5 === 4 ? 'exited' : 'active';
  return {
    crmid: index === 17 ? '' : `F-${String(index + 1).padStart(6, '0')}`,
    firstName: FIRST_NAMES[index % FIRST_NAMES.length] ?? '',
    lastName: LAST_NAMES[index % LAST_NAMES.length] ?? '',
    email: index === 17 ? '' : `Guest.${index}@example.com`,
    status,
    changed: new Date(at - 60_000 * (index + 1)).toISOString(),
  };
}

const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function bodyOf({ crmid, firstName, lastName, email, status, changed }: Guest): Buffer {
  return Buffer.from(
    JSON.stringify({
      ...(crmid !== '' && { identityMap: { crmid: [{ id: crmid }] } }),
      person: { name: { firstName, lastName } },
      ...(email !== '' && { personalEmail: { address: email } }),
      segmentMembership: {
        CustomerAudienceUpload: { 'vip-2026': { status, lastQualificationTime: changed } },
      },
    }),
  );
}

/** The file of the demo, written at `at`, epoch milliseconds. */
export function demoFile(at: number): DemoFile {
  const guests = Array.from({ length: ROWS }, (_, index) => guest(index, at));
  const lines = guests.map(({ crmid, firstName, lastName, email, status, changed }) =>
    [crmid, firstName, lastName, email, status, changed].map(cell).join(','),
  );
  const stamp = new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_');
  return {
    name: `Demo_vip_${stamp}.csv`,
    text: `${[COLUMNS.join(','), ...lines].join('\n')}\n`,
    entries: guests.map((one) => ({ body: bodyOf(one), at })),
  };
}
