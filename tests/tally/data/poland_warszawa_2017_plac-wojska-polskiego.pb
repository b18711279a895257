META
key;value
comment;Pabulib (https://pabulib.org); personal columns left out, voters numbered
description;Local PB in Warsaw, Wesoła | Plac Wojska Polskiego
country;Poland
unit;Warszawa
subunit;Plac Wojska Polskiego
instance;2017
num_projects;4
num_votes;27
budget;51195
vote_type;approval
rule;greedy
PROJECTS
project_id;cost;votes;name;selected
427;15995;16;Akademia Szkraba;1
915;5825;14;Plac Wojska Polskiego dla gniazdujących;1
2567;20000;12;Aktywny senior - gimnastyka;1
1623;2900;5;Życzliwość wobec kobiet w ciąży dla mieszkanek Wesołej.;1
VOTES
voter_id;vote
1;427
2;2567
3;915
4;915
5;427,915,2567,1623
6;2567,915
7;2567,915
8;427,2567,915
9;2567
10;915,1623,2567,427
11;427
12;427
13;2567,1623
14;915
15;427
16;427,2567,1623,915
17;915,2567,427
18;915,427
19;915
20;427
21;2567
22;427,2567,1623,915
23;427
24;915
25;427
26;427
27;427
