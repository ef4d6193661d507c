-- Many write е where others write ё: words are indexed with е, and asked for with it.
UPDATE message_words SET words = replace(replace(words, 'ё', 'е'), 'Ё', 'Е')
    WHERE words GLOB '*[ёЁ]*';
