-- Schools, trusts and authorities by the words of their names, allowing for slips, best first.
--
-- asked: the words asked for; two neighbours written as one count for both.    close: words of the index like them.
-- lost:  words that nothing is like; a slip more may help, or the end may be another word that stuck.    near: both.
-- worth: what each asked word is worth, by rarity; a word that nothing is like, as much as one in a hundred.
-- shared: asked words whose likeliest meaning very many names have.    first: entries with one of the others, or with the
-- rarest where
-- there is no other.    cover: share of what was asked that the entry has (by worth).
-- own:   share of the entry's name that was asked for (by rarity).

with asked as (
  select word, ordinal, pair, length(word) as letters, sorted,
         case when pair then 0 when length(word) >= 7 then 2 when length(word) >= 4 then 1 else 0 end as slips
  from unnest(%(words)s::text[], %(ordinals)s::int[], %(pairs)s::bool[], %(sorted)s::text[]) as a(word, ordinal, pair, sorted)
), close as materialized (
  select a.ordinal, w.id, w.use, w.entries, w.rarity,
         case when w.word = a.word then 1.0 else 0.8 + 0.15 * a.letters / length(w.word) end as likeness
  from asked a join register_searchword w
    on w.word ~>=~ a.word and w.word ~<~ (a.word || chr(1114111))
   and (w.word = a.word or (a.letters >= 3 and not a.pair and w.use <> 'joined'))
  union all
  select a.ordinal, w.id, w.use, w.entries, w.rarity,
         0.95 - 1.2 * (case when w.letters = a.sorted then 1 else levenshtein_less_equal(w.word, a.word, a.slips) end)::float
                / greatest(a.letters, length(w.word))
  from asked a join register_searchword w
    -- A case, so that slips are counted only where lengths agree: that is what takes the time.
    on case when a.slips = 0 or w.use = 'joined' or abs(length(w.word) - a.letters) > a.slips or w.word = a.word then false
            else levenshtein_less_equal(w.word, a.word, a.slips) <= a.slips
                 or (w.letters = a.sorted and levenshtein_less_equal(w.word, a.word, 2) <= 2) end
), lost as materialized (
  select * from asked where not pair and letters >= 5 and ordinal not in (select ordinal from close)
), near as materialized (
  select * from close
  union all
  select l.ordinal, w.id, w.use, w.entries, w.rarity, 0.95 - 1.2 * (
           case when starts_with(l.word, w.word) then l.letters - length(w.word)
                else levenshtein_less_equal(w.word, l.word, l.slips + 1) end)::float / greatest(l.letters, length(w.word))
  from lost l join register_searchword w
    on w.use <> 'place' and (
         (l.letters >= 8 and length(w.word) >= 5 and starts_with(l.word, w.word))
         or case when abs(length(w.word) - l.letters) > l.slips + 1 then false
                 else levenshtein_less_equal(w.word, l.word, l.slips + 1) <= l.slips + 1 end)
), worth as (
  select ordinal, coalesce(max(rarity) filter (where likeness = 1), max(rarity * likeness)) as worth
  from near group by ordinal
), everything as (
  select sum(coalesce(w.worth, ln(100.0))) as worth from unnest(%(asked)s::int[]) o(ordinal) left join worth w using (ordinal)
), shared as (
  select ordinal from (
    select distinct on (ordinal) ordinal, entries from near where use = 'name' order by ordinal, likeness desc, entries desc
  ) likeliest where entries > %(common)s
), telling as materialized (
  select id, ordinal, likeness, use from near
  where case
    when exists (select 1 from near where ordinal not in (select ordinal from shared))
      then ordinal not in (select ordinal from shared)
    else entries > %(common)s and ordinal in (select ordinal from worth order by worth desc limit 1)
  end
), first as (
  select entry_id, sum(got) as got from (
    select o.entry_id, t.ordinal, max(t.likeness * w.worth * case t.use when 'place' then 0.7 else 1 end) as got
    from telling t join worth w using (ordinal) join register_searchoccurrence o on o.word_id = t.id
    group by 1, 2
  ) each_word group by 1
), best as materialized (
  select e.id, e.kind, e.key, e.label, e.detail, e.text, e.because, e.named, e.weight, e.rarity
  from first f join register_searchentry e on e.id = f.entry_id
  where %(kind)s = '' or e.kind = %(kind)s
  order by f.got + 0.3 * e.weight - 0.02 * e.rarity desc, e.id
  limit %(most)s
), scored as (
  select entry_id, sum(got) as got, sum(own) as own from (
    select o.entry_id, n.ordinal,
           max(n.likeness * w.worth * case n.use when 'place' then 0.7 else 1 end) as got,
           max(case n.use when 'place' then 0 else n.likeness * least(n.rarity, w.worth) end) as own
    from best b join register_searchoccurrence o on o.entry_id = b.id join near n on n.id = o.word_id
    join worth w on w.ordinal = n.ordinal
    group by 1, 2
  ) each_word group by 1
), judged as (
  select b.*, s.got / e.worth as cover,
         0.75 * s.got / e.worth + 0.25 * least(1, s.own / greatest(b.rarity, 0.1))
         + case when b.text = %(text)s then 0.15 when starts_with(b.text, %(text)s) then 0.05 else 0 end
         + 0.2 * b.weight - case b.because when 'name' then 0 else 0.02 end as score
  from best b join scored s on s.entry_id = b.id, everything e
), once as (
  select distinct on (kind, key) * from judged where cover >= %(enough)s order by kind, key, score desc
)
select kind, key, label, detail, because, named, score, weight,
       (select count(*) from judged where cover >= %(enough)s) >= %(most)s as more
from once order by score desc, weight desc, label, key
