use iac_cloudcontrol::{Example, Facts};
#[test]
fn look() {
    let start = std::time::Instant::now();
    let mut slow = Vec::new();
    let mut big = Vec::new();
    for name in Facts::get().names() {
        let t = std::time::Instant::now();
        let facts = Facts::get().find(name).unwrap();
        let required = facts.example(Example::Required);
        let all = facts.example(Example::All);
        big.push((all.to_string().len(), name));
        slow.push((t.elapsed(), name));
        println!("{name}\t{required}\t{all}");
    }
    slow.sort();
    big.sort();
    eprintln!("{:?}", start.elapsed());
    for s in slow.iter().rev().take(8) {
        eprintln!("{s:?}");
    }
    for s in big.iter().rev().take(8) {
        eprintln!("{s:?}");
    }
}
