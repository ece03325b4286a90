import { NotImplementedByDouble } from '../../aws/service-error.ts';

/** Words that AWS documents and this double does not evaluate, there or at all, in lower case: `in` after `not`, `as` after `parse`. */
const NOT_HERE = new Set(
  `accum addtotals anomaly appendcols autoregress cidrlookup countfrequent dedup diff expand filldown fillmissing
  filterindex join json logcompare lookup outlier pattern relevantfields sessionize source unmask unnest where
  % ^ =~ any as in multi
  avg count_distinct earliest latest pct sortsfirst stddev values
  abs base64decode base64encode bin ceil datefloor dateceil dectohex endswith formatdate frommillis haversine
  hextoascii hextodec ipv4tonumber isblank isempty isinsubnet isipinsubnet isipv4insubnet isipv6insubnet isnumeric
  isprivateip ispublicip isreservedip isvalidip isvalidipv4 isvalidipv6 jsonarraycontains jsonarraysize log ltrim md5
  messagesize now parsedate queryendtime querystarttime querytimerange regexreplace round rtrim sha1 sha256 sha512
  split sqrt strcontains strftime substr todouble toint tolong tolower toupper trim urldecode urlencode`.split(/\s+/),
);

/** @throws NotImplementedByDouble where AWS would know the word. */
export function refuseNotHere(word: string): void {
  if (NOT_HERE.has(word.toLowerCase())) throw new NotImplementedByDouble(`${word} in queries`);
}
