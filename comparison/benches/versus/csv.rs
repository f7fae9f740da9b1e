//! The file for the plots: a row for each contender in each case.

use std::fs::File;
use std::io::{BufWriter, Result, Write};
use std::path::Path;

use crate::cases::Label;
use crate::field::Role;
use crate::findings::Finding;

pub(crate) struct Csv(BufWriter<File>);

impl Csv {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let mut file = BufWriter::new(File::create(path)?);
        writeln!(
            file,
            "case,group,place,capacity,size,count,contender,role,unit,\
             median,p10,p90,ratio_median,ratio_p10,ratio_p90,verdict"
        )?;
        Ok(Self(file))
    }

    /// Writes at once, so that an interrupted run leaves its findings.
    pub(crate) fn write(&mut self, finding: &Finding) -> Result<()> {
        let Label {
            name,
            group,
            place,
            capacity,
            size,
            count,
        } = &finding.label;
        let unit = finding.unit.name();
        for outcome in &finding.outcomes {
            let (contender, value, ratio) = (outcome.name, outcome.value, outcome.ratio);
            let role = match outcome.role {
                Role::Ours => "ours",
                Role::Peer => "peer",
                Role::Unbounded => "unbounded",
                Role::Variant => "variant",
                Role::Floor => "floor",
            };
            let verdict = outcome.verdict;
            writeln!(
                self.0,
                "{name},{group},{place},{capacity},{size},{count},{contender},{role},{unit},\
                 {:.3},{:.3},{:.3},{:.4},{:.4},{:.4},{verdict}",
                value.median, value.p10, value.p90, ratio.median, ratio.p10, ratio.p90
            )?;
        }
        self.0.flush()
    }
}
