//! `stock show`: the books, added up over all partitions.

use events_schema::{Fact, Key, Record, Topic, inventory::InventoryFact, kind};
use serde::Serialize;

use crate::{
    exit::Failure,
    fold::stock::{Account, Books},
    log::{Begin, Cluster, Range},
    render::table::{Align, Cell, Table},
    session::Session,
};

/// Prints all accounts, or one with its shelves.
pub fn run(sku: Option<Key>, cluster: &Cluster, session: &mut Session) -> Result<(), Failure> {
    let ranges = cluster.ranges(&cluster.shards(&[Topic::Inventory])?, Begin::Oldest)?;
    print(read(cluster, &ranges, &|_| true)?, sku, session)
}

/// Prints these books.
pub fn print(mut books: Books, sku: Option<Key>, session: &mut Session) -> Result<(), Failure> {
    if let Some(sku) = sku {
        books.accounts.retain(|key, _| *key == sku);
        if books.accounts.is_empty() {
            return Err(Failure::NotFound(format!(
                "{sku}: never in stock; receive some: orderctl stock receive {sku} 100"
            )));
        }
    }
    if session.out.is_json() {
        let rows: Vec<Row<'_>> = books.accounts.iter().map(|(sku, account)| row(sku, account)).collect();
        return session.out.document(&rows);
    }
    session.out.table(&table(&books))?;
    if let Some(account) = sku.and_then(|sku| books.accounts.get(&sku)) {
        session.out.line("")?;
        session.out.table(&shelves(account))?;
    }
    for (sku, _) in books.accounts.iter().filter(|(_, account)| !account.adds_up()) {
        session.note(format_args!("the books of {sku} do not add up; see: orderctl stock history {sku}"));
    }
    Ok(())
}

/// Folds the facts of these ranges that are wanted.
pub fn read(
    cluster: &Cluster,
    ranges: &[Range],
    wanted: &dyn Fn(&Record<'_>) -> bool,
) -> Result<Books, Failure> {
    let mut books = Books::default();
    cluster.read(ranges, &mut |record| {
        if !wanted(record) {
            return;
        }
        let fact = kind(record).and_then(|kind| InventoryFact::read(&kind, record));
        if let Ok(Some(heard)) = fact {
            books.fold(heard.subject, record.place.partition, &heard.data);
        }
    })?;
    Ok(books)
}

#[derive(Serialize)]
struct Row<'a> {
    sku: &'a Key,
    /// What could still be sold: depot + in transfer + shelves.
    sellable: i64,
    depot: i64,
    in_transfer: i64,
    shelves: i64,
    held: i64,
    shipped: i64,
    supplied: i64,
    written_off: i64,
    version: u64,
    adds_up: bool,
    by_shelf: Vec<ShelfRow>,
}

#[derive(Serialize)]
struct ShelfRow {
    partition: u16,
    free: i64,
    held: i64,
}

fn row<'a>(sku: &'a Key, account: &Account) -> Row<'a> {
    let shelf = |(partition, shelf): (&u16, &crate::fold::stock::Shelf)| ShelfRow {
        partition: *partition,
        free: shelf.free,
        held: shelf.held,
    };
    Row {
        sku,
        sellable: account.sellable(),
        depot: account.depot,
        in_transfer: account.in_transfer,
        shelves: account.on_shelves(),
        held: account.held(),
        shipped: account.shipped,
        supplied: account.supplied,
        written_off: account.written_off,
        version: account.version,
        adds_up: account.adds_up(),
        by_shelf: account.shelves.iter().map(shelf).collect(),
    }
}

fn table(books: &Books) -> Table {
    use Align::{Left, Right};
    let mut table = Table::new(&[
        ("SKU", Left),
        ("SELLABLE", Right),
        ("DEPOT", Right),
        ("IN TRANSFER", Right),
        ("SHELVES", Right),
        ("HELD", Right),
        ("SHIPPED", Right),
        ("SUPPLIED", Right),
        ("WRITTEN OFF", Right),
        ("VERSION", Right),
    ]);
    for (sku, account) in &books.accounts {
        let numbers = [
            account.sellable(),
            account.depot,
            account.in_transfer,
            account.on_shelves(),
            account.held(),
            account.shipped,
            account.supplied,
            account.written_off,
        ];
        let cells = std::iter::once(Cell::from(sku)).chain(numbers.map(Cell::from));
        table.row(cells.chain([account.version.into()]));
    }
    table
}

fn shelves(account: &Account) -> Table {
    let mut table = Table::new(&[("SHELF", Align::Right), ("FREE", Align::Right), ("HELD", Align::Right)]);
    for (partition, shelf) in &account.shelves {
        table.row([partition.into(), shelf.free.into(), shelf.held.into()]);
    }
    table
}

#[cfg(test)]
mod tests {
    use events_schema::inventory::{StockAdded, StockAllotted};

    use super::*;

    fn books() -> Books {
        let mut books = Books::default();
        let mug: Key = "mug".parse().unwrap();
        books.fold(mug, 0, &StockAdded { quantity: 100, version: 1 }.into());
        let sent = StockAllotted { shelf: 3, quantity: 12, answer: false, scarce: false, version: 2 };
        books.fold(mug, 0, &sent.into());
        books
    }

    #[test]
    fn the_books_stand_in_columns() {
        let mut page = anstream::StripStream::new(Vec::new());
        table(&books()).write(&mut page).unwrap();
        assert_eq!(
            String::from_utf8(page.into_inner()).unwrap(),
            "SKU  SELLABLE  DEPOT  IN TRANSFER  SHELVES  HELD  SHIPPED  SUPPLIED  WRITTEN OFF  VERSION\n\
             mug       100     88           12        0     0        0       100            0        2\n"
        );
    }

    #[test]
    fn the_books_in_json_keep_their_names() {
        let books = books();
        let (sku, account) = books.accounts.first_key_value().unwrap();
        assert_eq!(
            serde_json::to_string(&row(sku, account)).unwrap(),
            "{\"sku\":\"mug\",\"sellable\":100,\"depot\":88,\"in_transfer\":12,\"shelves\":0,\"held\":0,\"shipped\":0,\
             \"supplied\":100,\"written_off\":0,\"version\":2,\"adds_up\":true,\"by_shelf\":[]}"
        );
    }
}
