const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');

/** Audience ids of the benchmark: 20 that rules may name, the rest unmapped. */
export const AUDIENCE_IDS = Array.from(
  { length: 60 },
  (_, i) => `${hex(0x59bd2f00 + i, 8)}-3c48-4b18-bf56-4f5c${hex(0x5e690000 + i * 7919, 8)}`,
);

function attributes(i: number, more: number): Record<string, unknown> {
  const extra = Object.fromEntries(
    Array.from({ length: more }, (_, n) => [
      `attribute${n}`,
      { value: `value ${n} of person ${i}, a text as customers have them`, score: n * 17 + i },
    ]),
  );
  return {
    person: {
      name: { firstName: `Ada${i}`, lastName: `Example${i}` },
      gender: 'not_specified',
      birthDate: '1990-02-14',
    },
    personalEmail: { address: `ada.${i}@example.com`, primary: true },
    loyalty: { points: 1000 + i, tier: i % 2 === 0 ? 'gold' : 'silver' },
    ...(more > 0 ? { _example: extra } : {}),
  };
}

function memberships(i: number, count: number): Record<string, unknown> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      AUDIENCE_IDS[n],
      {
        lastQualificationTime: `2026-0${1 + (n % 9)}-1${n % 10}T0${i % 10}:24:${10 + (n % 50)}Z`,
        status: n % 4 === 3 ? 'exited' : 'realized',
      },
    ]),
  );
}

/** A realistic AEP profile export: `count` memberships and `more` attributes beyond the usual ones. */
export function exportOf(i: number, count: number, more: number): Buffer {
  return Buffer.from(
    JSON.stringify({
      ...attributes(i, more),
      segmentMembership: { ups: memberships(i, count) },
      identityMap: {
        crmid: [{ id: `C-${100000 + i}` }],
        ecid: [
          { id: `1457500653628634940461964806${8573600000 + i}` },
          { id: `6647888866929673453011475479${4777300000 + i}` },
        ],
        email_lc_sha256: [{ id: hex(i * 7919, 64) }],
      },
    }),
  );
}
