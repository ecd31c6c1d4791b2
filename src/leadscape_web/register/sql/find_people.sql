-- People by name, of those whom the user may see: row-level security narrows accounts_personname, so that no index can
-- serve and the names seen are read one by one.
--
-- near:  the names most alike by their triples of letters.    judged: share of what was asked that the name has, word
-- by word and slip by slip, an initial for a whole name; or how alike the whole is, where words were split or stuck together.

with near as materialized (
  select person_id, full_name,
         case when %(one)s then word_similarity(%(text)s, full_name) else similarity(%(text)s, full_name) end as alike
  from accounts_personname
  where superseded_at is null
  order by alike desc, person_id limit %(most)s
), words as (
  select person_id, full_name, alike, array_remove(regexp_split_to_array(lower(unaccent(full_name)), '[^a-z0-9]+'), '') as words
  from near where alike > 0.1
), judged as (
  select n.person_id, n.full_name, n.words, greatest(n.alike, (
    select sum(l.letters * l.likeness) / sum(l.letters)
    from (
      select a.word, length(a.word) as letters, max(
        case when a.word = w then 1.0
             when length(a.word) = 1 or length(w) = 1 then case when left(a.word, 1) = left(w, 1) then 0.9 else 0 end
             when length(a.word) >= 3 and starts_with(w, a.word) then 0.8 + 0.15 * length(a.word) / length(w)
             else greatest(0, 0.95 - 1.2 * levenshtein(left(w, 40), left(a.word, 40))::float
                              / greatest(length(w), length(a.word)))
        end) as likeness
      from unnest(%(words)s::text[]) as a(word), unnest(n.words) as w
      group by a.word
    ) l
  )) as cover
  from words n
)
select person_id, full_name,
       cover - 0.02 * abs(cardinality(words) - cardinality(%(words)s::text[])) as score,
       (select count(*) from judged where cover >= %(enough)s) >= %(most)s as more
from judged where cover >= %(enough)s
order by score desc, full_name, person_id
