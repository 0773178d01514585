/**
 * The tags that there are: none of those that name files (`include`, `render`, `layout`, `block`), and none that write
 * into what was handed in (`increment`, `decrement`).
 */
export const TAGS: ReadonlySet<string> = new Set([
  ...['assign', 'capture', 'echo', 'liquid', 'comment', 'raw', '#'],
  ...['if', 'unless', 'case', 'for', 'break', 'continue', 'cycle'],
]);

/**
 * The filters that there are (https://liquidjs.com/filters/overview.html): all that make the same of the same, and read
 * only what they are given. The others: `sample` is random, `…_exp` take texts as code, so that what they read is not
 * seen beforehand, `date_to_…` ask the machine for its time zone, and a key for `hmac_sha256` would stand in the file.
 */
export const FILTERS: ReadonlySet<string> = new Set([
  ...['default', 'json', 'jsonify', 'inspect', 'raw', 'to_integer'],
  ...['escape', 'xml_escape', 'escape_once', 'newline_to_br', 'strip_html'],
  ...[
    'abs',
    'at_least',
    'at_most',
    'ceil',
    'divided_by',
    'floor',
    'minus',
    'plus',
    'modulo',
    'times',
    'round',
  ],
  ...[
    'url_decode',
    'url_encode',
    'cgi_escape',
    'uri_escape',
    'slugify',
    'base64_encode',
    'base64_decode',
    'sha256',
  ],
  ...[
    'join',
    'first',
    'last',
    'reverse',
    'sort',
    'sort_natural',
    'size',
    'map',
    'sum',
    'compact',
    'concat',
    'uniq',
  ],
  ...['push', 'unshift', 'pop', 'shift', 'slice', 'where', 'reject', 'group_by', 'has', 'find', 'find_index'],
  ...[
    'append',
    'prepend',
    'downcase',
    'upcase',
    'capitalize',
    'strip',
    'lstrip',
    'rstrip',
    'strip_newlines',
    'squish',
  ],
  ...[
    'remove',
    'remove_first',
    'remove_last',
    'replace',
    'replace_first',
    'replace_last',
    'split',
    'truncate',
  ],
  ...['truncatewords', 'normalize_whitespace', 'number_of_words', 'array_to_sentence_string'],
]);
