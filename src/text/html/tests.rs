use super::*;

fn text(source: &str) -> String {
    read(source, &Limits::default()).expect("within the limits").text
}

fn html(source: &str) -> Result<Html, TooMuch> {
    read(source, &Limits::default())
}

fn check(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        assert_eq!(text(source), *expected, "{source}");
    }
}

#[test]
fn blocks_break_lines_and_words_do_not() {
    check(&[
        ("<p>One</p><p>Two\n\t three</p>", "One\n\nTwo three"),
        ("<div>One<div>Two</div>three</div>", "One\nTwo\nthree"),
        ("<p>A<br>B<br/>C<br><br>D</p>", "A\nB\nC\n\nD"),
        ("<p>re<b>gio</b>nal <i>fund</i>ing</p>", "regional funding"),
        ("<p>CO<sub>2</sub> and 5 m<sup>2</sup></p>", "CO2 and 5 m2"),
        ("<ul><li>One<li>Two<ul><li>Three</ul></ul>End", "One\nTwo\n\nThree\n\nEnd"),
        ("<h1>Title</h1>Text<h2>Part</h2><p>More</p>", "Title\n\nText\n\nPart\n\nMore"),
        ("<p>6\u{202f}200\u{a0}€ &nbsp;&euro; &#8239;x</p>", "6\u{202f}200\u{a0}€ \u{a0}€ \u{202f}x"),
        ("a<p>&nbsp;</p>b", "a\n\nb"),
        (
            "<pre>Start   1.1.2016\nEnd     2.2.2018\n\n  Sum  5</pre>x",
            "Start   1.1.2016\nEnd     2.2.2018\n\n  Sum  5\n\nx",
        ),
        ("<p>See <a href=x>the call</a>.</p>", "See the call."),
        ("<p>One</p><hr><p>Two", "One\n\nTwo"),
        ("<blockquote>Said</blockquote><address>Street 1<br>Town</address>", "Said\n\nStreet 1\nTown"),
        ("plain & simple", "plain & simple"),
        ("", ""),
    ]);
}

#[test]
fn what_a_reader_does_not_see_is_left_out() {
    check(&[
        ("<p>a</p><script>b</script><style>c</style><svg><title>d</title><text>e</text></svg>f", "a\n\nf"),
        ("<p hidden>a</p><p aria-hidden=true>b</p><p style='color:red; DISPLAY : none !important'>c</p>d", "d"),
        ("<template>a</template><select><option>b</select><textarea>c</textarea><button>d</button>e", "e"),
        ("<body><noscript>Turn it on</noscript><p>Seen by everyone on this page</p>", "Seen by everyone on this page"),
        ("<body><noscript>All of it</noscript></body>", "All of it"),
        ("<title>a</title><!-- b --><?c?>d", "d"),
        ("<h3><button>Funding</button></h3><p>5 €</p>", "Funding\n\n5 €"),
        ("<div role=tabpanel hidden>Budget: 5 €</div>", "Budget: 5 €"),
        ("<label>Start</label> <input readonly value='1 March 2016'><input value=x>", "Start 1 March 2016"),
        ("a <i class='material-icons'>expand_more</i> b", "a b"),
        ("a<span class='sr-only'>(opens in a new window)</span>", "a"),
    ]);
}

#[test]
fn lists_of_definitions_are_labels_and_values() {
    check(&[
        (
            "<dl><dt>Start date</dt><dd>1 March 2016</dd><dt>Fund:</dt><dd>ERDF</dd></dl>",
            "Start date: 1 March 2016\nFund: ERDF",
        ),
        ("<dl><dt>Partners<dd>Town A<dd>Town B</dl>", "Partners: Town A; Town B"),
        ("<dl><div><dt>Start\n date</dt> <dd><p>1 March 2016</p></dd></div></dl>", "Start date: 1 March 2016"),
        (
            "<dl><dt>Aims</dt><dd><p>One.</p><p>Two.</p></dd><dt>End</dt><dd>2018</dd></dl>",
            "Aims: One.\n\nTwo.\nEnd: 2018",
        ),
        ("<dl><dt>End date</dt><dd> &nbsp; </dd><dt>Fund</dt><dd>ESF</dd></dl>", "Fund: ESF"),
        ("<dl><dt>A</dt><dt>B</dt><dd>C</dd></dl>", "A\nB: C"),
        ("<dl><dt>Who may apply?</dt><dd>Towns.</dd></dl>", "Who may apply?\nTowns."),
        ("<dl><dt><img alt='Calendar' src=c.png> <span>Start</span></dt><dd>2016</dd></dl>", "Start: 2016"),
        ("<div role=term>Code</div><div role=definition>AB 12</div>", "Code: AB 12"),
        (
            "<dl><dt class=term>Details<dd>Topic: Energy<dd>Published: 2 May 2018</dl>",
            "Details\nTopic: Energy\nPublished: 2 May 2018",
        ),
        ("<dl><dt>Partners<dd><ul><li>Town A<li>Town B</ul></dl>", "Partners: Town A; Town B"),
        ("<dl><dt>Budget</dt><dd><dl><dt>Total</dt><dd>5 €</dd></dl></dd></dl>", "Budget\n\nTotal: 5 €"),
    ]);
}

#[test]
fn rows_of_two_cells_are_labels_and_values() {
    check(&[
        ("<table><tr><th>Start date</th><td>1 March 2016</td></tr></table>", "Start date: 1 March 2016"),
        (
            "<table><tr><td>Start date<td>1 March 2016<tr><td>Fund:<td>ERDF</table>",
            "Start date: 1 March 2016\nFund: ERDF",
        ),
        ("<table><tr><th>Start<td>2016<th>End<td>2018</table>", "Start: 2016\nEnd: 2018"),
        ("<table><tr><td><b>Start</b><td>2016<td><b>End</b><td>2018</table>", "Start: 2016\nEnd: 2018"),
        ("<table><tr><th>Partners<td>A<td>B</table>", "Partners: A; B"),
        ("<table><tr><th>Partners<td><p>A</p><p>B</p><tr><th>End<td>2018</table>", "Partners: A; B\nEnd: 2018"),
        ("<table><tr><th colspan=2>Facts<tr><td>Start<td>2016</table>", "Facts\nStart: 2016"),
        ("<table><tr><th>End<td><tr><th>Start<td>2016</table>", "Start: 2016"),
        ("<table><tr><td>We build a bridge.<td>Photo</table>", "We build a bridge. | Photo"),
        ("<table><tr><td>A<td>B<td>C</table>", "A | B | C"),
        ("<table><caption>Facts</caption><tr><td>Start<td>2016</table>", "Facts\nStart: 2016"),
    ]);
}

#[test]
fn a_head_row_labels_every_cell() {
    check(&[
        (
            "<table><tr><th>Start<th>Budget<tr><td>2016<td>5 €<tr><td>2017<td>6 €</table>",
            "Start: 2016\nBudget: 5 €\n\nStart: 2017\nBudget: 6 €",
        ),
        (
            "<table><thead><tr><td>Title<td>Fund<td>Grant:</thead><tr><td>Bridge<td><td>5 €</table>",
            "Title: Bridge\nGrant: 5 €",
        ),
        ("<table><tr><td><b>Start<td><b>End<tr><td>2016<td>2018</table>", "Start: 2016\nEnd: 2018"),
        (
            "<table><thead><tr><th>Field<th>Value</thead><tr><td>Start<td>1 March 2016<tr><td>Fund<td>ERDF</table>",
            "Start: 1 March 2016\nFund: ERDF",
        ),
        (
            "<table><tr><th><th>Amount (EUR)<th>Share<tr><th>Total cost<td>1 000<td>100 %</table>",
            "Total cost (EUR): 1 000\nTotal cost (Share): 100 %",
        ),
        (
            "<table><tr><th>Year<th>2014<th>2015<tr><td>Budget<td>10<td>20</table>",
            "Budget (2014): 10\nBudget (2015): 20",
        ),
        (
            "<div role=table><div role=row><span role=columnheader>Start</span><span role=columnheader>End</span></div>\
             <div role=row><span role=cell>2016</span><span role=cell>2018</span></div></div>",
            "Start: 2016\nEnd: 2018",
        ),
        ("<table><tr><th>Item<th>EUR<tr><th>Total cost<td>1 000</table>", "Total cost (EUR): 1 000"),
        (
            "<table><tr><th>Name<th colspan=2>Dates<tr><td>Bridge<td>2016<td>2018</table>",
            "Name: Bridge\nDates: 2016\nDates: 2018",
        ),
        ("<table><tr><th>A<th>B<tr><td rowspan=2>1<td>2<tr><td>3</table>", "A: 1\nB: 2\n\nB: 3"),
        ("<table><tr><th>A<th>B<tr><td>1<td>2<tr><th>C<th>D<tr><td>3<td>4</table>", "A: 1\nB: 2\n\nC: 3\nD: 4"),
        ("<table><tr><th>A<th>B<tr><th>C<th>D</table>", "A: B\nC: D"),
    ]);
}

#[test]
fn tables_for_layout_are_blocks() {
    check(&[
        (
            "<table><tr><td><h1>Bridge</h1><p>Text.</p><td><table><tr><td>Start<td>2016</table></table>",
            "Bridge\n\nText.\n\nStart: 2016",
        ),
        ("<table role=presentation><tr><td>Left side<td>Right<td>More</table>", "Left side\nRight\nMore"),
    ]);
}

#[test]
fn neighbours_are_labels_and_values_where_the_page_says_so() {
    check(&[
        (
            "<div><div class=field__label>Start date</div><div class=field__item>1 March 2016</div></div>",
            "Start date: 1 March 2016",
        ),
        ("<div class=row><div class=label>Area</div><div class=value>big</div></div>", "Area: big"),
        (
            "<div><div class='f-label'>Start</div><div>2016</div><div class='f-label'>End</div><div>2018</div></div>",
            "Start: 2016\nEnd: 2018",
        ),
        (
            "<div><div class=col-4>Start</div><div class=col-8>x</div><div class=col-4>End</div><div class=col-8>y</div></div>",
            "Start: x\nEnd: y",
        ),
        (
            "<ul><li><div>Beneficiary</div><div>town of A</div></li><li><div>Place</div><div>hill B</div></li></ul>",
            "Beneficiary: town of A\nPlace: hill B",
        ),
        ("<div><p>Start date:</p><p>1 March 2016</p></div>", "Start date: 1 March 2016"),
        ("<div><p><b>Start date</b></p><p>1 March 2016</p></div>", "Start date: 1 March 2016"),
        ("<li><span>Start date</span><span>1 March 2016</span></li>", "Start date: 1 March 2016"),
        ("<li>Start date<span>1 March 2016</span></li>", "Start date: 1 March 2016"),
        ("<li>Start date<b>1 March</b> or <b>2 March</b></li>", "Start date 1 March or 2 March"),
        ("<li><span>Start date: </span><span>1 March 2016</span></li>", "Start date: 1 March 2016"),
        ("<div><span class=label>Start date</span> soon</div>", "Start date: soon"),
        ("<p><strong>Start date</strong> 1 March 2016</p>", "Start date: 1 March 2016"),
        (
            "<p><strong>Start date:</strong>1 March 2016<br><b>Fund</b> ERDF<br>Other",
            "Start date: 1 March 2016\nFund: ERDF\nOther",
        ),
        ("<li><b>Budget:</b><ul><li>Total: 5<li>Grant: 3</ul>", "Budget:\n\nTotal: 5\nGrant: 3"),
        ("<p><strong>The project</strong> aims at more.</p>", "The project aims at more."),
        ("<p>It cost <strong>Euro</strong> 500 in all.</p>", "It cost Euro 500 in all."),
        ("<p><strong>Start date</strong>: 1 March 2016</p>", "Start date: 1 March 2016"),
        ("<div class=card><h5>Start date</h5><p>1 March 2016</p></div>", "Start date\n\n1 March 2016"),
        ("<span class='label label-info'>ESF</span> Bridge", "ESF Bridge"),
        ("<p><span>Start</span><span>2016</span><span>End</span><span>2018</span></p>", "Start 2016 End 2018"),
        (
            "<div><div class=label>Themes</div><div><div class=item>Energy</div><div class=item>Water</div></div></div>",
            "Themes: Energy; Water",
        ),
        ("<div><p class=info-label>Grant</p><p class=info-value> </p></div><p>Soon.</p>", "Soon."),
        ("<app-f><span>Fund</span></app-f><app-f>ERDF</app-f>", "Fund: ERDF"),
        ("<div><div>12 March 2020</div><div>News of the day</div></div>", "12 March 2020\nNews of the day"),
    ]);
}

#[test]
fn what_is_about_the_site_is_left_out() {
    let body = "<main><h1>Bridge</h1><p>A bridge for the town, built in two years.</p></main>";
    for chrome in [
        "<nav><ul><li><a>Home</a></ul></nav>",
        "<footer>Tel. 012 345 <p>Office hours 9 to 12</p></footer>",
        "<div id=footer>Tel. 012 345</div>",
        "<div role=contentinfo>Tel. 012 345</div>",
        "<div role=navigation>Home</div><form role=search><label>Search</label></form>",
        "<div class='eu-cookie-compliance-banner'><p>We use cookies.</p><table><tr><th>Name<td>_ga</table></div>",
        "<div id='onetrust-consent-sdk'>We value your privacy</div>",
        "<ol class=breadcrumb><li><a>Home</a><li>Bridge</ol>",
        "<div class='mainMenu'><a>Home</a> <a>Calls</a></div>",
        "<a class='skip-link' href=#c>Skip to content</a>",
        "<div class='social-share'>Share <a>X</a></div>",
        "<header><div>Region</div><nav><a>Home</a></nav><p>Tel. 1</p></header>",
        "<ul class='pager'><li><a>Next</a></ul>",
        "<div role=dialog>Subscribe now!</div>",
    ] {
        for page in [format!("{chrome}{body}"), format!("{body}{chrome}")] {
            assert_eq!(text(&page), "Bridge\n\nA bridge for the town, built in two years.", "{page}");
        }
    }
}

#[test]
fn what_the_page_is_about_is_never_left_out() {
    check(&[
        (
            "<div class='menu-content'><p>All of the page's text stands in here, and facts.</p></div>",
            "All of the page's text stands in here, and facts.",
        ),
        (
            "<body class='nav-open cookie-ok'><div class='footer-page'><main><p>The page's own text, long enough.</p></main></div>",
            "The page's own text, long enough.",
        ),
        (
            "<article><p>A bridge for the town of A, built.</p><footer>Budget: 5 €</footer></article>",
            "A bridge for the town of A, built.\n\nBudget: 5 €",
        ),
        (
            "<header><h1>Bridge</h1><p>Over the river, and far away</p></header><p>Text of the page</p>",
            "Bridge\n\nOver the river, and far away\n\nText of the page",
        ),
        (
            "<header><nav><a>Home</a></nav><h1>Bridge</h1></header><p>Text of the page, quite long.</p>",
            "Bridge\n\nText of the page, quite long.",
        ),
        (
            "<header><div class=site-name>Kohesio: discover projects</div></header><nav><a>Home</a></nav><p>Text of the page.</p>",
            "Kohesio: discover projects\n\nText of the page.",
        ),
        ("<div class=cookie>Bridge</div>", "Bridge"),
        (
            "<div class='category-social'><p>Social inclusion for all the people of the region.</p></div><p>More text.</p>",
            "Social inclusion for all the people of the region.\n\nMore text.",
        ),
    ]);
}

#[test]
fn images_speak_where_they_carry_facts() {
    check(&[
        ("<h2><img src=pl.svg alt='Flag of Poland'>&nbsp; Mazowieckie</h2>", "Flag of Poland\u{a0} Mazowieckie"),
        (
            "<div><img alt='European Commission Topic'><img alt='European Commission Topic'></div>",
            "European Commission Topic\nEuropean Commission Topic",
        ),
        ("<p><img src=/img/logo.png alt='Region'>Text</p>", "Text"),
        ("<p><img alt='IMG_2034.JPG'>Text<img alt='dsc_01'></p>", "Text"),
        (
            "<p><img alt='The bridge'>It was built by the town in two years, and everyone who lives there crosses it every day.</p>",
            "The bridge\nIt was built by the town in two years, and everyone who lives there crosses it every day.",
        ),
    ]);
}

#[test]
fn the_page_speaks_about_itself() {
    let page = "<html lang='it-IT'><head><title> Ponte \n| Regione</title>
        <link rel='shortlink canonical' href='https://e.test/ponte'><meta property='og:url' content='https://e.test/p'>
        <meta property='og:title' content='Ponte'><meta property='og:title' content='Ponti'>
        <meta property='og:site_name' content=' Regione '>
        <meta name='DC.date' content='2018'><meta property='article:published_time' content='2019-05-01T10:00:00+02:00'>
        <script type='application/ld+json'>{\"@graph\": [{\"datePublished\": \"2020-01-01\", \"dateModified\": \"2021-02-03\"}]}</script>
        </head><svg><title>x</title></svg><h1><a>Il <b>Ponte</b></a>\n</h1>";
    let html = read(page, &Limits::default()).expect("small");
    let expected = Html {
        text: "Il Ponte".to_owned(),
        title: Some("Ponte | Regione".to_owned()),
        og_title: Some("Ponte".to_owned()),
        site_name: Some("Regione".to_owned()),
        headings: vec!["Il Ponte".to_owned()],
        canonical: Some("https://e.test/ponte".to_owned()),
        og_url: Some("https://e.test/p".to_owned()),
        language: Some("it".to_owned()),
        published: Some("2019-05-01T10:00:00+02:00".to_owned()),
        modified: Some("2021-02-03".to_owned()),
    };
    assert_eq!(html, expected);
    for (page, published) in [
        ("<time itemprop=datePublished datetime=2016-03-01>1 March</time>", Some("2016-03-01")),
        ("<time class='entry-date published' datetime=2016-03-01>1 March</time>", Some("2016-03-01")),
        ("<meta itemprop=datePublished content=2016-03-01>", Some("2016-03-01")),
        ("<meta name=DCTERMS.issued content=2016-03-01>", Some("2016-03-01")),
        ("<time datetime=2016-03-01>1 March</time>", None),
        ("<meta name=date content=' '>", None),
        ("<script type=application/ld+json>{broken</script>", None),
    ] {
        let html = read(page, &Limits::default()).expect("small");
        assert_eq!(html.published.as_deref(), published, "{page}");
    }
    for (page, language) in
        [("<html lang=''>", None), ("<html lang=x-default>", None), ("<html xml:lang=PT>", Some("pt"))]
    {
        assert_eq!(read(page, &Limits::default()).expect("small").language.as_deref(), language, "{page}");
    }
}

#[test]
fn web_pages_are_known_by_how_they_begin() {
    for page in [
        "<!DOCTYPE html><p>x",
        "\u{feff}\n <!doctype HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">",
        "<html>",
        "<HTML lang=it>",
        "<head><title>x</title>",
        "<body class=x>",
        "<!-- saved --><html>",
        "<?xml version='1.0'?><!DOCTYPE html PUBLIC ''><html/>",
        "<?xml version='1.0'?>\n<html xmlns='http://www.w3.org/1999/xhtml'>",
        "<div><p>a</p><p>b</p></div>",
        "<table>\n<tr><td>a</td></tr>\n</table>",
    ] {
        assert!(is_html(page), "{page}");
    }
    for page in [
        "",
        "Plain text with a <b>tag</b>",
        "# Title\n<div>a</div>",
        "<div align=center>\n<p>x</p><b>y</b></div>\n\n# Title\n",
        "<p>only one</p>",
        "<?xml version='1.0'?><rss><p></p><p></p><p></p></rss>",
        "<records><a></a><b></b><c></c></records>",
        "<https://e.test> is a link </p></p></p>",
        "{\"html\": \"<p></p>\"}",
        "<!DOCTYPE svg><svg/>",
    ] {
        assert!(!is_html(page), "{page}");
    }
}

#[test]
fn pages_beyond_the_limits_are_refused() {
    let read = |source: &str| {
        let source = source.to_owned();
        // The stack a thread of a pool has.
        let small = std::thread::Builder::new().stack_size(2 << 20);
        small.spawn(move || html(&source).map(drop)).expect("a thread").join().expect("no panic")
    };
    for nested in ["<div>", "<ul><li>", "<b>", "<i>", "<font>", "<table><tr><td>", "<template>", "<svg>", "<span>x"] {
        assert_eq!(read(&nested.repeat(100_000)), Err(TooMuch::Depth(512)), "{nested}");
    }
    for harmless in ["<p>", "<li>", "<a>", "<table>", "<br>", "</b>", "<td>x", "<p><b>x"] {
        assert_eq!(read(&harmless.repeat(20_000)), Ok(()), "{harmless}");
    }
    let attributes = |count: usize| (0..count).map(|i| format!(" a{i}=1")).collect::<Vec<_>>().concat();
    assert_eq!(read(&format!("<p{}>", attributes(100_000))), Err(TooMuch::Attributes(1000)));
    assert_eq!(read(&format!("<p{}", attributes(100_000))), Err(TooMuch::Attributes(1000)));
    assert_eq!(read(&format!("<p{}>", attributes(1001))), Err(TooMuch::Attributes(1000)));
    assert_eq!(read(&format!("<p{}>", attributes(1000))), Ok(()));
    let image = |size: usize| format!("<img src='data:image/png;base64,{}'>", "iVBO / Rw0K ".repeat(size / 12));
    assert_eq!(read(&image(500 << 10)), Ok(()));
    assert_eq!(read(&image(9 << 20)), Err(TooMuch::Tag(8 << 20)));
    assert_eq!(read(&format!("<!-- {} -->", "<p a b c> ".repeat(100_000))), Ok(()));
    let many = Limits { nodes: 1000, ..Limits::default() };
    assert_eq!(super::read(&"<p>x".repeat(1000), &many), Err(TooMuch::Nodes(1000)));
    assert_eq!(TooMuch::Depth(512).to_string(), "expected at most 512 levels of elements, found more");
}

#[test]
fn depth_is_counted_to_the_level() {
    let limits = Limits { depth: 10, ..Limits::default() };
    let nested = |levels: usize| format!("<html><body>{}x", "<div>".repeat(levels - 2));
    assert!(read(&nested(10), &limits).is_ok());
    assert_eq!(read(&nested(11), &limits), Err(TooMuch::Depth(10)));
}
