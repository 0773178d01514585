import { type AudienceKey, audienceIn, type KnownAudiences } from './known-audiences.js';

/** What a column says of a membership: of the one the file or row is about (`own`), or of a named audience. */
export interface MembershipColumn {
  readonly kind: 'status' | 'time';
  readonly of: AudienceKey | 'own';
}

/** `segmentMembership…`, however its steps are parted. */
const PREFIX = /^segmentMembership(?:$|[._:])/i;
const MEMBER = /(?:^|[._:])(status|lastQualificationTime)$/i;
/** How Adobe's field picker calls the audience that is being exported. */
const PLACEHOLDER = /(?:^|[._:])seg_id$/i;

/** The audience of a path that says that it is one, so that any id will do behind a namespace that is known. */
function audienceAt(text: string, audiences: KnownAudiences): AudienceKey | undefined {
  const found = audienceIn(text, audiences.isDeclared);
  if (found) return found;
  const small = text.toLowerCase();
  const namespace = audiences.namespaces
    .filter((name) => small.startsWith(name) && /^[._:/]./.test(text.slice(name.length)))
    .toSorted((a, b) => b.length - a.length)[0];
  if (namespace !== undefined) return { namespace, id: text.slice(namespace.length + 1) };
  const dot = text.indexOf('.');
  return dot > 0 && dot < text.length - 1
    ? { namespace: small.slice(0, dot), id: text.slice(dot + 1) }
    : undefined;
}

/** Reads a header of memberships; undefined when it is none. */
export function membershipColumn(header: string, audiences: KnownAudiences): MembershipColumn | undefined {
  if (!PREFIX.test(header)) {
    const of = audienceIn(header, audiences.isDeclared);
    return of && { kind: 'status', of };
  }
  const inside = header.slice('segmentMembership'.length).replace(/^[._:]/, '');
  const [ending = '', member = 'status'] = MEMBER.exec(inside) ?? [];
  const kind = member.toLowerCase() === 'status' ? 'status' : 'time';
  const about = inside.slice(0, inside.length - ending.length);
  if (about === '') return ending === '' ? undefined : { kind, of: 'own' };
  if (PLACEHOLDER.test(about)) return { kind, of: 'own' };
  const of = audienceAt(about, audiences);
  return of && { kind, of };
}
